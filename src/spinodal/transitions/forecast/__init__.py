"""Which measure tells before the event that a run will generalise, how long before, and is it more than the settings say?"""

from .alarms import LeadTime as LeadTime
from .alarms import lead_time as lead_time
from .area import Area as Area
from .area import area_over as area_over
from .area import difference as difference
from .auroc import Auroc as Auroc
from .auroc import auroc as auroc
from .ensemble import Ensemble as Ensemble
from .horizons import auroc_against_horizon as auroc_against_horizon
from .horizons import settings_against_horizon as settings_against_horizon
from .readings import Readings as Readings
from .readings import readings_after as readings_after
from .readings import readings_before as readings_before
from .wins import oriented as oriented
from .wins import settings_wins as settings_wins
from .wins import wins as wins
