"""What is learned: the task, its data, the network's shape and prior. Frozen, validated, free of JAX."""

from .digits import Digits as Digits
from .modular_addition import AdditionTable as AdditionTable
from .modular_addition import ModularAddition as ModularAddition
from .permutation_group import PermutationGroup as PermutationGroup
from .random_teacher import RandomTeacher as RandomTeacher
from .random_teacher import VectorData as VectorData
from .shared import PairData as PairData
from .symbol_addition import SymbolAddition as SymbolAddition
from .teacher_student import TeacherStudent as TeacherStudent
from .teacher_student import TeacherStudentData as TeacherStudentData
