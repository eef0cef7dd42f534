"""Rules: loaded from YAML, evaluated against a job or a whole cache, and explained. Pure: values in, values out.

``load_rules`` and ``dump_rules`` read and write files, ``evaluate`` answers for one job with every reason, ``describe`` puts conditions
in a line. `columnar` answers for many jobs at once.
"""

from ..core.condition_words import describe
from .evaluate import evaluate
from .yaml.dumper import dump_rules
from .yaml.loader import load_rules, load_rules_file

__all__ = ["describe", "dump_rules", "evaluate", "load_rules", "load_rules_file"]
