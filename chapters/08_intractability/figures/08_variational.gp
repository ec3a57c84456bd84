# Draw this figure again, in this folder:  gnuplot 08_variational.gp
reset
set encoding utf8
set terminal pngcairo size 1200,800 font 'DejaVu Sans,15'
set output '08_variational.png'
data = '08_variational.csv'
set datafile separator ','
set border 3 linewidth 1 linecolor rgb '#404040'
set tics nomirror out scale 0.6
set grid linetype 1 linewidth 0.6 linecolor rgb '#DDDDDD'
set key outside below center horizontal Left reverse noenhanced width 2 height 1 samplen 3
set title 'The diagonal normal closest to p(z|x), and lines at 2 standard deviations' noenhanced font ',18'
set xlabel 'z_1' noenhanced
set ylabel 'z_2' noenhanced
set xrange [-2.2:3.1]
set yrange [-0.9:2.1]
set samples 500
of(k, c) = column(1) == k ? column(c) : NaN
plot data skip 1 using (of(0,3)):(of(0,4)) with points pointtype 7 pointsize 1.1 linecolor rgb '#0072B2' title 'draws of p(z|x)', \
     data skip 1 using (of(1,3)):(of(1,4)) with lines linewidth 2.2 linecolor rgb '#D55E00' title 'p(z|x)', \
     data skip 1 using (of(2,3)):(of(2,4)) with lines linewidth 2.2 linecolor rgb '#009E73' title 'q(z), by VI', \
     data skip 1 using (of(3,3)):(of(3,4)) with lines linewidth 2.2 linecolor rgb '#CC79A7' title 'p(z|x) without its correlation'
unset output
