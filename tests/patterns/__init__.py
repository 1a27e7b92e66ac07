"""Tests that every regular expression below tasks/ takes time in proportion to its text."""
