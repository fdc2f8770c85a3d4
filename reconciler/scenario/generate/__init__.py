"""Proposes scenarios that pass every transition of a flow: by search, with events that somebody can give. Pure.

`patterns` and `solving` find texts for conditions, `wishes` which sources they are wanted of, `texts` puts both
together in the context of a run, `live` tells what of a run still matters, `launches`, `menu` and `stubbing` what may
happen, `search` goes on from there, `choose` takes few runs, `script` writes one down, `names` names it, `reasons` says
what was not reached, and `propose` is the whole of it.
"""
