# Draw this figure again, in this folder:  gnuplot 08_variance.gp
reset
set encoding utf8
set terminal pngcairo size 1200,800 font 'DejaVu Sans,15'
set output '08_variance.png'
data = '08_variance.csv'
set datafile separator ','
set border 3 linewidth 1 linecolor rgb '#404040'
set tics nomirror out scale 0.6
set grid linetype 1 linewidth 0.6 linecolor rgb '#DDDDDD'
set key outside below center horizontal Left reverse noenhanced width 2 height 1 samplen 3
set title 'One draw of the prior: the second moment of p̂(x) at x = 0' noenhanced font ',18'
set xlabel 'k, latent numbers' noenhanced
set ylabel 'E[p̂²] / p²' noenhanced
set logscale y
set yrange [0.0001:1000000000]
set format y '10^{%T}'
set samples 500
of(k, c) = column(1) == k ? column(c) : NaN
plot data skip 1 using (of(0,3)):(of(0,4)) with lines linewidth 2.2 linecolor rgb '#0072B2' title 'σ = 0.1, exact', \
     data skip 1 using (of(1,3)):(of(1,4)) with points pointtype 5 pointsize 1.1 linecolor rgb '#D55E00' title '100,000 draws', \
     data skip 1 using (of(2,3)):(of(2,4)) with lines linewidth 2.2 linecolor rgb '#009E73' title 'σ = 0.5, exact', \
     data skip 1 using (of(3,3)):(of(3,4)) with points pointtype 11 pointsize 1.1 linecolor rgb '#CC79A7' title '100,000 draws', \
     data skip 1 using (of(4,3)):(of(4,4)) with lines linewidth 2.2 linecolor rgb '#E69F00' title 'σ = 1, exact', \
     data skip 1 using (of(5,3)):(of(5,4)) with points pointtype 15 pointsize 1.1 linecolor rgb '#56B4E9' title '100,000 draws'
unset output
