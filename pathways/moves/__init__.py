"""The verbs of the guided pages (pathways/guided.py): one module for each part of her way.

every        all of them, in the order in which the page of what happened shows them
recording    what they share: the lock, the checks, the facts
labour       admitted in labour
together     going home is planned; a place with each baby who stays
leaving      she leaves hospital, with each baby or without
placement    a mother-and-baby placement begins, ends
admission    admitted not in labour, back after the birth, home undelivered
birth        one to three babies are born
babies       where each baby is, and a baby goes home
unbooked     in labour and not known, or not booked
outreach     a try to reach her, somebody asked about her, how the search goes on
late_entry   what made it later that she came
loss         a loss, a baby's death, the words she chooses
death        her own death: reported, confirmed, people told
declining    a service that she does not want for now
custody      into custody, and back
outside      somebody without an account is asked to take her on
at_the_end   what the record holds of all that an ending asks for
ending       a journey ends, and is opened again
separation   a baby placed away from her, with her at relatives’, back with her
"""
