#pragma once
// The floor under a training step: its matrix products and nothing else.

#include <vector>

#include "autograd/core/value.hpp"

namespace bench {

using autograd::Index;
using MatrixF = autograd::Matrix<float>;

// What one shard of n rows multiplies in the forward and the backward pass of a VAE with one hidden layer a side,
// through the same Eigen and BLAS as the engine:
//   Y = X W      W̄ = Xᵀ Ȳ      X̄ = Ȳ Wᵀ (not for the images)
class ShardProducts {
 public:
  ShardProducts(Index n, Index pixels, Index hidden, Index latent) {
    add(n, pixels, hidden, false);  // the encoder
    add(n, hidden, latent, true);   // μ
    add(n, hidden, latent, true);   // log σ²
    add(n, latent, hidden, true);   // the decoder
    add(n, hidden, pixels, true);   // its logits
  }

  void run() {
    for (Layer& l : layers_) l.Y.noalias() = l.X * l.W;
    for (auto l = layers_.rbegin(); l != layers_.rend(); ++l) {
      l->W_grad.noalias() = l->X.transpose() * l->Y_grad;
      if (l->X_grad.size()) l->X_grad.noalias() = l->Y_grad * l->W.transpose();
    }
  }

  // Additions and multiplications of one run.
  double flops() const {
    double flops = 0;
    for (const Layer& l : layers_) flops += 2.0 * l.X.rows() * l.W.size() * (l.X_grad.size() ? 3 : 2);
    return flops;
  }

 private:
  struct Layer {
    MatrixF X, W, Y, X_grad, W_grad, Y_grad;
  };
  void add(Index n, Index in, Index out, bool input_gradient) {
    layers_.push_back({MatrixF::Random(n, in), MatrixF::Random(in, out), MatrixF(n, out),
                       MatrixF(input_gradient ? n : 0, in), MatrixF(in, out), MatrixF::Random(n, out)});
  }
  std::vector<Layer> layers_;
};

}  // namespace bench
