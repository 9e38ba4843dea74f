profile badger-upload 1
about   Reads as a Badger-shaped head-end exports them: commas, named columns, times as people write them in the States
lines   delimited ,
names
gives   registers
field   meter   column "Serial Number"
field   start   column "Reading Time"  as "M/D/YYYY h:mm am"
field   index   column "Reading"
field   unit    column "Unit"  where Gallons=gal "Cubic Feet=ft3" CCF=CCF "Cubic Meters=m3"
field   quality column "Quality"  where Actual=A Estimated=E
example
Serial Number,Reading Time,Reading,Unit,Quality
21004417,7/2/2026 1:05 PM,45120.25,Gallons,Actual
21004418,12/31/2026 12:00 AM,7,Cubic Feet,Estimated
says
meter=21004417 | start=2026-07-02T13:05:00 | index=45120.25 | unit=gal | quality=A
meter=21004418 | start=2026-12-31T00:00:00 | index=7 | unit=ft3 | quality=E
end
