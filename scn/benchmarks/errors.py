"""The one failure of reading a benchmark: its files are not laid out as published."""

from pathlib import Path


class LayoutError(ValueError):
    """A file of a benchmark is missing or malformed.

    Attributes:
        path: the file or folder at fault.
        problem: what is wrong with it.
        expected: what the published layout has there.
        line: number of the line at fault, from 1; None where the fault has no line.
    """

    def __init__(self, path: Path, problem: str, expected: str, line: int | None = None) -> None:
        super().__init__(path, problem, expected, line)
        self.path = path
        self.problem = problem
        self.expected = expected
        self.line = line

    def __str__(self) -> str:
        place = str(self.path) if self.line is None else f"{self.path}, line {self.line}"
        return f"{place}: {self.problem}; expected {self.expected}"
