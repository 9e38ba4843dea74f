profile itron-upload 1
about   A route as an Itron-shaped handheld brings it back: a line RDG for each register, totals in FTR
lines   fixed
gives   registers
header  begins FHR
detail  begins RDG
trailer begins FTR
field   route   at 4 4
field   meter   at 8 12
field   channel at 20 2
field   unit    at 22 4   where KWH=kWh KVRH=kvarh KW=kW CCF=CCF GAL=gal THRM=therm
field   start   at 26 14  as YYYYMMDDhhmmss
field   index   at 40 10  places 2
field   quality at 50 1   where A=A E=E K=Q
field   note    at 51 2
total   count   at 4 6
total   index   at 10 14  places 2
example
FHR
RDG0101E-100       01KWH 202607020911000004123050A00
RDG0101E-100       02KVRH202607020911300000021700A07
RDG0101W-7         01CCF 202607020925000000088100E31
FTR00000300000004232850
says
route=0101 | meter=E-100 | channel=01 | unit=kWh | start=2026-07-02T09:11:00 | index=41230.5 | quality=A | note=00
route=0101 | meter=E-100 | channel=02 | unit=kvarh | start=2026-07-02T09:11:30 | index=217 | quality=A | note=07
route=0101 | meter=W-7 | channel=01 | unit=CCF | start=2026-07-02T09:25:00 | index=881 | quality=E | note=31
end
