"""Lesson 01: which mutants may pass, right answers in other styles, how values are computed."""

EQUIVALENT = {}

STYLES = {}

COMPUTED = {}
