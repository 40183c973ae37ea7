"""The Overblik: the events of one citizen, the level today, and the chart."""
