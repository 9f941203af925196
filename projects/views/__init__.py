"""Doors for browsers: parse, call one service or selector, answer."""
