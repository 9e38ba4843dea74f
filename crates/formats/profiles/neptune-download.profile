profile neptune-download 1
about   A route on its way to a Neptune-shaped handheld: lines of one kind, no header
lines   fixed
gives   route
field   route    at 1 3
field   sequence at 4 5
field   meter    at 9 10
field   address  at 19 20
field   previous at 39 9
field   high     at 48 9  number
example
00400010154478001212 MAPLE ST         000088000000095000
00400020154478001314 MAPLE ST         000000000000009000
says
route=004 | sequence=00010 | meter=1544780012 | address=12 MAPLE ST | previous=88000 | high=95000
route=004 | sequence=00020 | meter=1544780013 | address=14 MAPLE ST | previous=0 | high=9000
end
