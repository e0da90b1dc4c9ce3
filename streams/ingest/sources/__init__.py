"""The networks and places posts come from: one folder each, with client, wire and adapter."""
