"""Stands in for a numeric package: a small class that one wants, behind an import that costs like a large one.

Like its real counterparts it prepares everything at import: tables for fast functions, a kernel class for each
operation and element type, and helpers for testing and for clusters that few programs ever call.
"""

from heavytensor import cluster, kernels, tables, testing
from heavytensor.tensor import Tensor

__all__ = ["Tensor", "cluster", "kernels", "tables", "testing"]
