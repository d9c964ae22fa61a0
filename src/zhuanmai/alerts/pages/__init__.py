"""Pages of the alerts: the list and one alert, the studies, the maps, and what they share."""
