profile registers 1
about   Reads of registers, one a line, on the day at whose start they stood so
lines   delimited ,
names
gives   registers
field   meter   column meter
field   day     column date  as YYYY-MM-DD
field   index   column index
field   unit    column unit
field   quality column kind  where actual=A estimated=E
example
meter,date,index,unit,kind
E-100,2026-01-01,41230,kWh,actual
E-100,2026-02-01,41972.5,kWh,estimated
says
meter=E-100 | day=2026-01-01 | index=41230 | unit=kWh | quality=A
meter=E-100 | day=2026-02-01 | index=41972.5 | unit=kWh | quality=E
end
