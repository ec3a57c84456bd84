# Draw this figure again, in this folder:  gnuplot 08_sandwich.gp
reset
set encoding utf8
set terminal pngcairo size 1200,800 font 'DejaVu Sans,15'
set output '08_sandwich.png'
data = '08_sandwich.csv'
set datafile separator ','
set border 3 linewidth 1 linecolor rgb '#404040'
set tics nomirror out scale 0.6
set grid linetype 1 linewidth 0.6 linecolor rgb '#DDDDDD'
set key outside below center horizontal Left reverse noenhanced width 2 height 1 samplen 3
set title 'Annealing between prior and posterior, k = 10, σ = 0.5' noenhanced font ',18'
set xlabel 'T, steps between prior and posterior' noenhanced
set ylabel 'mean of log w (nats), ± 2 standard errors' noenhanced
set logscale x
set xrange [0.8392211116113348:95.32648653987876]
set yrange [-24:-4]
set samples 500
of(k, c) = column(1) == k ? column(c) : NaN
shown(v) = v
plot data skip 1 using (of(0,3)):(shown(of(0,5))):(shown(of(0,6))) with filledcurves fillcolor rgb '#0072B2' fillstyle transparent solid 0.18 noborder notitle, \
     data skip 1 using (of(1,3)):(shown(of(1,5))):(shown(of(1,6))) with filledcurves fillcolor rgb '#D55E00' fillstyle transparent solid 0.18 noborder notitle, \
     data skip 1 using (of(0,3)):(of(0,4)) with linespoints linewidth 2.2 pointtype 7 pointsize 1.1 linecolor rgb '#0072B2' title 'down from p(z|x)', \
     data skip 1 using (of(1,3)):(of(1,4)) with linespoints linewidth 2.2 pointtype 5 pointsize 1.1 linecolor rgb '#D55E00' title 'up from p(z)', \
     -10.305103088617775 with lines linewidth 2 dashtype (8,5) linecolor rgb '#444444' title 'log p(x) = -10.305'
unset output
