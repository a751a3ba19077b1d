"""Readers of file formats that are safe to open and need no library of their own."""
