"""Whether a regular expression that an admin typed is safe to run on what partners send."""

import re

_MOST_OPEN_ENDED = 2


def fault_of(pattern: str) -> str:
    """What is wrong with a pattern, as a sentence; "" when nothing is.

    Python's expressions have no time limit, so those that can take for ever are refused by their shape: a repeated
    group in which something repeats or has alternatives (`(a+)+`, `(a|a)*`), and more than two open-ended repeats.
    """
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return f"This is not a regular expression: {error}."
    bare = _without_classes(pattern)
    if _repeats_a_variable_group(bare):
        return "A repeated group with a repeat inside can take forever. Rewrite it without."
    if len(re.findall(r"[*+]|\{\d*,\}", bare)) > _MOST_OPEN_ENDED:
        return "More than two unlimited repeats can take very long. Limit them, for example {1,20}."
    return ""


def _without_classes(pattern: str) -> str:
    """The pattern with every escape and every [class] replaced by one plain letter, and group prefixes dropped."""
    bare = re.sub(r"\\.", "x", pattern, flags=re.DOTALL)
    bare = re.sub(r"\[\^?\]?[^\]]*\]", "x", bare)
    return re.sub(r"\(\?(?:P<\w+>|[:=!>]|<[=!])", "(", bare)


def _repeats_a_variable_group(bare: str) -> bool:
    """Whether a group that varies inside ((…+…), (…|…)) is itself repeated."""
    varies = [False]
    for index, char in enumerate(bare):
        if char == "(":
            varies.append(False)
        elif char == ")" and len(varies) > 1:
            inner = varies.pop()
            if inner and re.match(r"[*+]|\{\d*,?(?!1\})\d*\}", bare[index + 1 :]):
                return True
            varies[-1] = varies[-1] or inner
        elif char in "*+{|?":
            varies[-1] = True
    return False
