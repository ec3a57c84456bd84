# Draw this figure again, in this folder:  gnuplot 08_theta.gp
reset
set encoding utf8
set terminal pngcairo size 1200,800 font 'DejaVu Sans,15'
set output '08_theta.png'
data = '08_theta.csv'
set datafile separator ','
set border 3 linewidth 1 linecolor rgb '#404040'
set tics nomirror out scale 0.6
set grid linetype 1 linewidth 0.6 linecolor rgb '#DDDDDD'
set key outside below center horizontal Left reverse noenhanced width 2 height 1 samplen 3
set title 'p(θ|D) of logistic regression on 12 digits, and lines at 2 standard deviations' noenhanced font ',18'
set xlabel 'θ_1, for every digit' noenhanced
set ylabel 'θ_2, for ink on the left' noenhanced
set samples 500
of(k, c) = column(1) == k ? column(c) : NaN
plot data skip 1 using (of(0,3)):(of(0,4)) with points pointtype 7 pointsize 1.1 linecolor rgb '#0072B2' title 'draws of HMC', \
     data skip 1 using (of(1,3)):(of(1,4)) with lines linewidth 2.2 linecolor rgb '#D55E00' title 'Laplace', \
     data skip 1 using (of(2,3)):(of(2,4)) with lines linewidth 2.2 linecolor rgb '#009E73' title 'VI'
unset output
