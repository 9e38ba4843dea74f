profile sensus-upload 1
about   A route as a Sensus-shaped handheld brings it back: fields between bars, a code for each read
lines   delimited |
gives   registers
detail  begins D
trailer begins T
field   kind    column 1
field   meter   column 2
field   start   column 3  as "MM/DD/YYYY hh:mm"
field   index   column 4
field   unit    column 5  where 100CF=CCF GAL=gal CM=m3 KWH=kWh
field   quality column 6  where R=A E=E M=A
field   reader  column 7
total   count   column 2
only    kind is D
example
D|70012345|07/02/2026 09:11|881.5|100CF|R|17
D|70012346|07/02/2026 09:13|12050|GAL|E|17
T|2
says
kind=D | meter=70012345 | start=2026-07-02T09:11:00 | index=881.5 | unit=CCF | quality=A | reader=17
kind=D | meter=70012346 | start=2026-07-02T09:13:00 | index=12050 | unit=gal | quality=E | reader=17
end
