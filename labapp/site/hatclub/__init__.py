"""The Hat Club: a larger site, left weak in many ways, for the learner to repair.

Members write down where their best hat is hidden. Begin with `views`, then `settings`
and the pages in ``templates/``. All of it is made up.
"""
