"""What is learned: the task, its data, the network's shape and prior. Frozen, validated, free of JAX."""

from .modular_addition import AdditionTable as AdditionTable
from .modular_addition import ModularAddition as ModularAddition
from .teacher_student import TeacherStudent as TeacherStudent
from .teacher_student import TeacherStudentData as TeacherStudentData
