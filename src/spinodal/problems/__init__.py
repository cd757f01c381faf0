"""What is learned: the task, its data, the network's shape and prior. Frozen, validated, free of JAX."""

from .digits import Digits as Digits
from .group_composition import GroupComposition as GroupComposition
from .modular_addition import AdditionTable as AdditionTable
from .modular_addition import ModularAddition as ModularAddition
from .modular_arithmetic import ModularArithmetic as ModularArithmetic
from .pair_table import PairData as PairData
from .permutation_group import PermutationGroup as PermutationGroup
from .random_teacher import RandomTeacher as RandomTeacher
from .random_teacher import VectorData as VectorData
from .symbol_addition import SymbolAddition as SymbolAddition
from .symbol_pairs import SymbolPairs as SymbolPairs
from .teacher_student import TeacherStudent as TeacherStudent
from .teacher_student import TeacherStudentData as TeacherStudentData
