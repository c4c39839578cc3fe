"""Scores the detection on recorded star histories: what it costs in alarms, and what it sees.

    curves.py     the recorded counts as matrices, and what can be said of every day in hindsight
    truth.py      which days began a real surge; which alarms were hits
    alarms.py     the real detection, run day by day, using only what was known before each day
    score.py      alarms, precision, surges seen and delay, a lane each, with bootstrap intervals
    stalls.py     how many are called stalled, and how many of those wake up
    injection.py  surges of a known size put into quiet stretches: how many are seen
    report.py     all of it in one go

Definitions are those of the project's notes on signals ("How to score a change").
"""

from hypecurve.services.backtest.alarms import Alarms, alarms_of
from hypecurve.services.backtest.curves import Curves
from hypecurve.services.backtest.injection import InjectionScore, score_injected
from hypecurve.services.backtest.report import Report, report_of
from hypecurve.services.backtest.score import Figure, LaneScore, Score, score
from hypecurve.services.backtest.stalls import StallScore, score_stalls

__all__ = [
    "Alarms",
    "Curves",
    "Figure",
    "InjectionScore",
    "LaneScore",
    "Report",
    "Score",
    "StallScore",
    "alarms_of",
    "report_of",
    "score",
    "score_injected",
    "score_stalls",
]
