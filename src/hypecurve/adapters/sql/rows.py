"""Rows to domain values and back: no SQL, no I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields, replace
from datetime import datetime, time
from typing import Any

import numpy as np
from sqlalchemy import RowMapping

from hypecurve.domain.catalogue import CatalogueEntry, Growth, ListedReason, Place, RepoState
from hypecurve.domain.health import Health
from hypecurve.domain.repo import Repo, RepoId, RepoName
from hypecurve.domain.signal import Evidence, Lane, Signal, SignalKind
from hypecurve.domain.stars import PastStars
from hypecurve.domain.submission import Submission, SubmissionState
from hypecurve.domain.subscription import Alerts, Channel, Schedule, Subscription, Tenant, Wants
from hypecurve.ports.store import Sweep

Row = RowMapping | Mapping[str, Any]
_EVIDENCE = frozenset(each.name for each in fields(Evidence))
_KINDS = frozenset(kind.value for kind in SignalKind)


def name_values(name: RepoName) -> dict[str, Any]:
    """What a row of `repo` takes over when it gets a name."""
    return {"owner": name.owner, "name": name.name, "name_key": name.key}


def repo_values(repo: Repo, at: datetime) -> dict[str, Any]:
    """What a row of `repo` takes over from GitHub at every look; all but its name."""
    return {
        "id": repo.id,
        "node_id": repo.node_id,
        "stars": repo.stars,
        "description": repo.description,
        "topics": list(repo.topics),
        "language": repo.language,
        "license": repo.license,
        "forks": repo.forks,
        "open_issues": repo.open_issues,
        "owner_is_organisation": repo.owner_is_organisation,
        "created_at": repo.created_at,
        "pushed_at": repo.pushed_at,
        "updated_at": repo.updated_at,
        "archived": repo.archived,
        "is_fork": repo.is_fork,
        "seen_at": at,
        "gone_at": None,
        "gone_why": None,
    }


def entry(row: Row, site: str) -> CatalogueEntry:
    """A row of `repo` as an entry; `site`: where people look at it."""
    return CatalogueEntry(
        repo=Repo(
            id=RepoId(row["id"]),
            node_id=row["node_id"],
            name=RepoName(row["owner"], row["name"]),
            stars=row["stars"],
            description=row["description"],
            topics=tuple(row["topics"]),
            language=row["language"],
            license=row["license"],
            forks=row["forks"],
            open_issues=row["open_issues"],
            owner_is_organisation=row["owner_is_organisation"],
            created_at=row["created_at"],
            pushed_at=row["pushed_at"],
            updated_at=row["updated_at"],
            archived=row["archived"],
            is_fork=row["is_fork"],
            site=site,
        ),
        place=Place(row["category"], row["category_reason"], row["category_by_operator"]),
        first_seen_at=row["first_seen_at"],
        seen_at=row["seen_at"],
        listed_at=row["listed_at"],
        listed_reason=ListedReason(row["listed_reason"]) if row["listed_reason"] else None,
        gone_why=row["gone_why"],
        state=RepoState.GONE if row["gone_at"] else RepoState(row["state"]),
        growth=Growth(row["gain_day"], row["gain_week"], row["gain_month"]),
        usual_week=row["usual_week"],
        slot=row["slot"],
    )


def evidence_values(evidence: Evidence) -> dict[str, Any]:
    """Evidence as JSON: what is unknown is left out."""
    values = {key: value for key, value in asdict(evidence).items() if value not in (None, ())}
    if evidence.last_push is not None:
        values["last_push"] = evidence.last_push.isoformat()
    return values


def evidence(values: Row) -> Evidence:
    """JSON as evidence, without what only a version to come knows."""
    known = {key: value for key, value in values.items() if key in _EVIDENCE}
    if "last_push" in known:
        known["last_push"] = datetime.fromisoformat(known["last_push"])
    if "weeks" in known:
        known["weeks"] = tuple(known["weeks"])
    return Evidence(**known)


def signal_values(signal: Signal, cycle: int) -> dict[str, Any]:
    """A signal as a row."""
    return {
        "repo_id": signal.repo_id,
        "kind": signal.kind.value,
        "episode": signal.episode,
        "step": signal.step,
        "at": signal.at,
        "cycle": cycle,
        "score": float(signal.score),
        "lane": signal.lane.value if signal.lane else None,
        "rule": signal.rule,
        "evidence": evidence_values(signal.evidence),
    }


def is_known_signal(row: Row) -> bool:
    """Whether a row of `signal` is of a kind that this version knows."""
    return row["kind"] in _KINDS


def signal(row: Row) -> Signal:
    """A row as a signal."""
    return Signal(
        repo_id=RepoId(row["repo_id"]),
        kind=SignalKind(row["kind"]),
        at=row["at"],
        episode=row["episode"],
        step=row["step"],
        score=row["score"],
        lane=Lane(row["lane"]) if row["lane"] else None,
        rule=row["rule"],
        evidence=evidence(row["evidence"]),
    )


def past_values(past: PastStars) -> dict[str, Any]:
    """A star history as a row: the days packed as 4-byte little-endian counts."""
    return {
        "first_day": past.first_day,
        "days": np.asarray(past.days, dtype="<i4").tobytes(),
        "fetched_at": past.fetched_at,
    }


def past(row: Row) -> PastStars:
    """A row as a star history."""
    days = np.frombuffer(row["days"], dtype="<i4")
    return PastStars(row["first_day"], tuple(days.tolist()), row["fetched_at"])


def sweep(row: Row) -> Sweep:
    """A sweep from its row."""
    health = Health(row["health"])
    return Sweep(row["number"], row["at"], row["expected"], row["seen"], health)


def channel(row: Row) -> Channel:
    """A row of `channel` as the channel's name."""
    return Channel(Tenant(row["platform"], row["tenant"]), row["place"])


def subscription_values(item: Subscription) -> dict[str, Any]:
    """A subscription as a row, without its id and channel."""
    return {
        "categories": sorted(item.wants.categories),
        "kinds": sorted(kind.value for kind in item.wants.kinds),
        "at": item.schedule.at.strftime("%H:%M"),
        "zone": item.schedule.zone,
        "weekdays": sorted(item.schedule.weekdays),
        "locale": item.locale,
        "created_by": item.created_by,
        "next_due": item.next_due,
        "paused_until": item.paused_until,
        "heard_cycle": item.heard_cycle,
        "heard_at": item.heard_at,
        "least_stars": item.wants.least_stars,
        "without_languages": sorted(item.wants.without_languages),
        "without_owners": sorted(item.wants.without_owners),
        "speaks_when_quiet": item.speaks_when_quiet,
        "alerts_a_day": None if item.alerts is None else item.alerts.a_day,
        "quiet_from": _hour_values(item.alerts.quiet_from if item.alerts else None),
        "quiet_until": _hour_values(item.alerts.quiet_until if item.alerts else None),
        "alerted_cycle": item.alerted_cycle,
    }


def _hour_values(at: time | None) -> str | None:
    return None if at is None else at.strftime("%H:%M")


def _hour(text: str | None) -> time | None:
    return None if text is None else time.fromisoformat(text)


def _alerts(row: Row) -> Alerts | None:
    if row["alerts_a_day"] is None:
        return None
    return Alerts(row["alerts_a_day"], _hour(row["quiet_from"]), _hour(row["quiet_until"]))


def known_kinds(values: Iterable[str]) -> frozenset[SignalKind]:
    """Kinds of signals, without those that only a version to come knows."""
    return frozenset(SignalKind(value) for value in values if value in _KINDS)


def subscription(row: Row, place: Channel) -> Subscription:
    """A row as a subscription of a channel."""
    return Subscription(
        channel=place,
        wants=Wants(
            frozenset(row["categories"]),
            known_kinds(row["kinds"]),
            row["least_stars"],
            frozenset(row["without_languages"]),
            frozenset(row["without_owners"]),
        ),
        schedule=Schedule(time.fromisoformat(row["at"]), row["zone"], frozenset(row["weekdays"])),
        locale=row["locale"],
        created_by=row["created_by"],
        next_due=row["next_due"],
        paused_until=row["paused_until"],
        heard_cycle=row["heard_cycle"],
        heard_at=row["heard_at"],
        speaks_when_quiet=row["speaks_when_quiet"],
        alerts=_alerts(row),
        alerted_cycle=row["alerted_cycle"],
        id=row["id"],
    )


def submission_values(item: Submission) -> dict[str, Any]:
    """A submission as a row, without its id and channel."""
    return {
        "repo_id": item.repo_id,
        "user": item.user,
        "name": str(item.name),
        "category": item.category,
        "at": item.at,
        "state": item.state.value,
        "told_at": item.told_at,
    }


def submission(row: Row) -> Submission:
    """A row joined with its channel as a submission; its own columns begin with `submission_`."""
    own = {
        key.removeprefix("submission_"): value
        for key, value in row.items()
        if key.startswith("submission_")
    }
    owner, _, name = own["name"].partition("/")
    return Submission(
        repo_id=RepoId(own["repo_id"]),
        name=RepoName(owner, name),
        at=own["at"],
        state=SubmissionState(own["state"]),
        channel=None if own["channel_id"] is None else channel(row),
        user=own["user"],
        category=own["category"],
        told_at=own["told_at"],
        id=own["id"],
    )


def with_id(item: Submission, key: int) -> Submission:
    """The submission as it is kept."""
    return replace(item, id=key)
