# How every plot looks. width, height and the edges of the plot are set before; then follow the data.
set encoding utf8
set terminal svg size width, height fixed noenhanced font "sans-serif,13" linewidth 1
set lmargin at screen left
set rmargin at screen right
set bmargin at screen bottom
set tmargin at screen top
unset key
set border 3 linewidth 1
set tics nomirror out scale 0.5
set xtics offset 0,0.4
set mxtics 1
set mytics 1
set grid linecolor rgb "#8c8c8c" linewidth 0.5 dashtype solid
set format "%g"
set datafile commentschars "#"
