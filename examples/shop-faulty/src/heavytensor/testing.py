"""Assertions for tensors. Few programs need them; all of them load unittest for it."""

import unittest


class TensorTestCase(unittest.TestCase):
    """A test case that compares vectors."""

    def assert_close(self, left, right, places=6):
        self.assertEqual(len(left), len(right))
        for one, other in zip(left, right):
            self.assertAlmostEqual(one, other, places=places)
