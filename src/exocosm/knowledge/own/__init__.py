"""A person's own statements: a template to fill, joining the base with conflicts listed, writing them out.

The parts import the base, and the base one of them, so that their names are taken from the modules here.
"""
