"""Meta's reports on templates: kept like all events, and the circuits of the offices that use the template follow them."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from chalicelib.domain import texts
from chalicelib.domain.catalogue import Office
from chalicelib.domain.circuit import Word
from chalicelib.domain.inbound import TemplateReport
from chalicelib.flows.circuits import Circuits
from chalicelib.flows.keeping import Keeping, Stored
from chalicelib.ports import Channel, Clock, Metrics

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TemplateReports:
    """Applies reports on templates."""

    keeping: Keeping
    circuits: Circuits
    offices: Mapping[str, Office]
    metrics: Metrics
    clock: Clock

    def __call__(self, report: TemplateReport, channels: Mapping[str, Channel]) -> Stored:
        """Stored, or duplicate when it was kept already. A repeat is applied all the same: the first may have died half way.

        Raises:
            TransientError: the table failed.
        """
        kept = self.keeping.event(report.event)
        concerned = list(self._offices(report, channels))
        if concerned and report.alarming and kept is Stored.STORED:
            self.metrics.count("TemplateWarned")
            log.warning("template warned", extra=_facts(report))
        if report.usable is not None:
            now = self.clock()
            word = Word(min(report.at or now, now), report.usable)
            for office in concerned:
                self.circuits.told(office, report.name, report.language, word, report.code)
        return kept

    def _offices(self, report: TemplateReport, channels: Mapping[str, Channel]) -> Iterator[str]:
        """Those that send this template, unless all their numbers are known to belong to other accounts."""
        for code, office in self.offices.items():
            accounts = {one.waba for one in channels.values() if one.office == code}
            used = any((one.name, one.language) == (report.name, report.language) for one in texts.templates(office))
            if used and (not accounts or accounts & {None, report.account}):
                yield code


def _facts(report: TemplateReport) -> dict[str, str]:
    return {"template": report.name, "language": report.language, "said": report.said}
