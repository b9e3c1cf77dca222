"""What the dashboard is asked for, as its address says it: a period, a channel, a level, a sector."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone

from review.admin.filters import Field
from review.models import Statistic
from review.models.conversation import Channel, Level, Sector
from review.statistics import week_of

WEEKS = {f"{number}": f"laatste {number} weken" for number in (4, 13, 26, 52)}
EVERYTHING = "alles"
PERIODS = {**WEEKS, EVERYTHING: "alles"}
PERIOD = "13"
# The parameters of the address: what may be asked, and as what the form asks it.
CHOICES = {
    "periode": (PERIODS, "periode"),
    "kanaal": (dict(Channel.choices), "kanaal"),
    "niveau": (dict(Level.choices), "niveau"),
    "sector": (dict(Sector.choices), "sector"),
}


@dataclass(frozen=True)
class Asked:
    """The chosen values by parameter; what is no value of it chooses nothing."""

    values: dict[str, str]

    @classmethod
    def of(cls, address: QueryDict) -> Asked:
        """As the address says."""
        asked = {name: address.get(name, "") for name in CHOICES}
        known = {name: value for name, value in asked.items() if value in CHOICES[name][0]}
        return cls({"periode": PERIOD, **known})

    @property
    def first_week(self) -> date | None:
        """The Monday of the first week, of as many as are asked for with this one; None is no bound."""
        weeks = self.values["periode"]
        if weeks == EVERYTHING:
            return None
        monday: date = week_of(timezone.now()) - timedelta(weeks=int(weeks) - 1)
        return monday

    @property
    def statistics(self) -> QuerySet[Statistic]:
        """Those of the conversations that are asked for."""
        found = Statistic.objects.filter(week__gte=self.first_week) if self.first_week else Statistic.objects.all()
        for parameter, field in (("kanaal", "channel"), ("niveau", "level")):
            if parameter in self.values:
                found = found.filter(**{field: self.values[parameter]})
        if "sector" in self.values:
            found = found.filter(sectors__contains=f",{self.values['sector']},")
        return found

    @property
    def fields(self) -> list[Field]:
        """Those of the form."""
        return [
            Field(name, label, self.values.get(name, ""), tuple(options.items()))
            for name, (options, label) in CHOICES.items()
        ]

    @property
    def query(self) -> str:
        """As an address says it."""
        address = QueryDict(mutable=True)
        address.update(self.values)
        return str(address.urlencode())

    @property
    def words(self) -> list[str]:
        """As people read it, the period first."""
        return [CHOICES[name][0][value] for name, value in self.values.items()]
