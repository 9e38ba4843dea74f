profile neptune-upload 1
about   A route as a Neptune-shaped handheld brings it back: lines of one kind, no header
lines   fixed
gives   registers
field   meter   at 1 10
field   start   at 11 10  as YYMMDDhhmm
field   index   at 21 9
field   service at 30 1
field   quality at 31 1   where R=A E=E
field   code    at 32 2
field   unit    is gal
example
15447800122607020911000088150WR00
15447800132607020913000000012WE40
says
meter=1544780012 | start=2026-07-02T09:11:00 | index=88150 | service=W | quality=A | code=00 | unit=gal
meter=1544780013 | start=2026-07-02T09:13:00 | index=12 | service=W | quality=E | code=40 | unit=gal
end
