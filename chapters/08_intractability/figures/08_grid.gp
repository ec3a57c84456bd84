# Draw this figure again, in this folder:  gnuplot 08_grid.gp
reset
set encoding utf8
set terminal pngcairo size 1200,800 font 'DejaVu Sans,15'
set output '08_grid.png'
data = '08_grid.csv'
set datafile separator ','
set border 3 linewidth 1 linecolor rgb '#404040'
set tics nomirror out scale 0.6
set grid linetype 1 linewidth 0.6 linecolor rgb '#DDDDDD'
set key outside below center horizontal Left reverse noenhanced width 2 height 1 samplen 3
set title 'Gauss''s rule for one latent number' noenhanced font ',18'
set xlabel 'n, nodes' noenhanced
set ylabel '|error| of log p(x) (nats)' noenhanced
set logscale x
set xrange [1.6367650589173204:366.57674033980487]
set logscale y
set yrange [1e-12:100000]
set format y '10^{%T}'
set samples 500
of(k, c) = column(1) == k ? column(c) : NaN
plot data skip 1 using (of(0,3)):(of(0,4)) with linespoints linewidth 2.2 pointtype 7 pointsize 1.1 linecolor rgb '#0072B2' title 'σ = 0.5', \
     data skip 1 using (of(1,3)):(of(1,4)) with linespoints linewidth 2.2 pointtype 5 pointsize 1.1 linecolor rgb '#D55E00' title 'σ = 0.1', \
     data skip 1 using (of(2,3)):(of(2,4)) with linespoints linewidth 2.2 pointtype 9 pointsize 1.1 linecolor rgb '#009E73' title 'σ = 0.01'
unset output
