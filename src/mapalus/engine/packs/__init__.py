"""Packs: a service declared in a folder that people write, read strictly and checked as a whole before it runs.

pack = load_pack(Path("packs/aduan"))     # mapalus.engine.packs.loader
"""
