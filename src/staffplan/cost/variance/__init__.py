"""Why a cost is not what was planned: causes whose amounts add up to the difference, to the cent."""
