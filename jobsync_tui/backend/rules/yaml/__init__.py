"""Rules files: YAML 1.2 as a tree that knows its lines, rules read from it, and rules written so that they load back the same.

Text comes in and rules or an error with line and place go out, and the other way round. It imports the rules' fields and operators, and
core.
"""
