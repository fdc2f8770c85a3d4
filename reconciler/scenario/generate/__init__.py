"""Proposes scenarios that pass every transition of a flow: by search, by events that contact and world can give. Pure.

`solving` finds texts for conditions, `wishes` which sources they are wanted of, `live` what still matters of a run,
`menu` what may happen where a run waits, `search` goes on from there, `propose` chooses and says what was not reached.
"""
