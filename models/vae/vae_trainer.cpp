#include "models/vae/vae_trainer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>

#include "autograd/operations/elementwise.hpp"
#include "autograd/operations/reductions.hpp"

namespace models {

template <Element S>
VaeTrainer<S>::VaeTrainer(const Dataset& data, const VaeShape& shape, const VaeTrainingSettings& settings)
    : data_(data),
      settings_(settings),
      vae_(parameters_, shape, settings.seed),
      trainer_(parameters_, settings.trainer),
      batches_(data.count(), settings.batch, Order::shuffled, settings.seed),
      shard_sums_(static_cast<std::size_t>(settings.trainer.shards)) {
  if (settings.batch > data.count()) {
    throw std::invalid_argument(
        fmt::format("batch: expected at most the {} images of {}, found {}", data.count(), data.name, settings.batch));
  }
  if (shape.pixels != data.dimensions()) {
    throw std::invalid_argument(
        fmt::format("the model is for images of {} pixels, {} has {}", shape.pixels, data.name, data.dimensions()));
  }
  if (settings.schedule == ScheduleKind::exponential && !(settings.last_learning_rate > 0)) {
    throw std::invalid_argument("an exponential schedule needs a last learning rate above 0");
  }
  schedule_ = {settings.schedule, settings.learning_rate, settings.last_learning_rate,
               static_cast<std::uint64_t>(settings.epochs) * steps_per_epoch()};
  loss_ = [this](const Watched<S>& theta, const Shard& shard) { return shard_loss(theta, shard); };
  vae_.start_at_mean(parameters_, mean_image<S>(data));
}

// -(1/M) Σ bound(x) over the shard's rows: the shards' parts add up to the loss of the minibatch of M.
template <Element S>
Var<S> VaeTrainer<S>::shard_loss(const Watched<S>& theta, const Shard& shard) {
  autograd::Tape& tape = theta.tape();
  MatrixMap<S> x = tape.template scratch<S>(shard.count, data_.dimensions());
  const auto epoch = static_cast<std::uint64_t>(this->epoch());
  fill_batch(data_, indices_.subspan(shard.first, shard.count), {settings_.binarisation, settings_.seed, epoch}, x);

  const Index K = settings_.bound.samples, latent = vae_.shape().latent;
  MatrixMap<S> epsilon = tape.template scratch<S>(shard.count * K, latent);
  Random(settings_.seed, Purpose::noise, steps_)
      .fill_normal(std::span(epsilon.data(), static_cast<std::size_t>(epsilon.size())),
                   static_cast<std::uint64_t>(shard.first * K * latent));

  const Bound<S> b = bound(vae_, theta, tape.reference(x), tape.reference(epsilon), settings_.bound);
  const Var<S> sum_of_bounds = sum(b.value);
  shard_sums_[static_cast<std::size_t>(shard.number)] = {static_cast<double>(sum_of_bounds.value()), b.rate,
                                                         b.distortion};
  return sum_of_bounds * (S(-1) / static_cast<S>(indices_.size()));
}

template <Element S>
int VaeTrainer<S>::step() {
  if (at_epoch_end()) sums_ = {}, images_ = 0;
  indices_ = batches_.batch(static_cast<std::uint64_t>(epoch()), static_cast<int>(steps_ % steps_per_epoch()));
  std::ranges::fill(shard_sums_, EpochMeans{});
  const int count = static_cast<int>(indices_.size());
  trainer_.step(loss_, count, schedule_.at(steps_));
  for (const EpochMeans& part : shard_sums_) {
    sums_.bound += part.bound;
    sums_.rate += part.rate;
    sums_.distortion += part.distortion;
  }
  images_ += count;
  ++steps_;
  return count;
}

template <Element S>
EpochMeans VaeTrainer<S>::means() const {
  const double n = std::max(1, images_);
  return {sums_.bound / n, sums_.rate / n, sums_.distortion / n};
}

// What a checkpoint must agree with, in words.
template <Element S>
Metadata VaeTrainer<S>::description() const {
  const BoundSettings& b = settings_.bound;
  const OptimiserSettings& o = settings_.trainer.optimiser;
  constexpr const char* kSchedules[] = {"constant", "cosine", "exponential", "linear"};
  constexpr const char* kKls[] = {"analytic KL", "sampled KL", "path KL"};
  constexpr const char* kMethods[] = {"sgd", "momentum", "adam", "soap"};
  const char* schedule = kSchedules[static_cast<int>(settings_.schedule)];
  const bool constant = settings_.schedule == ScheduleKind::constant;
  return {{"model", "vae " + vae_.shape().text()},
          {"data", fmt::format("{}, {} images", data_.name, data_.count())},
          {"binarisation", to_string(settings_.binarisation)},
          {"batch", fmt::format("{}", settings_.batch)},
          {"learning rate", constant ? fmt::format("{}", settings_.learning_rate)
                                     : fmt::format("{} {} to {} in {} epochs", schedule, settings_.learning_rate,
                                                   settings_.last_learning_rate, settings_.epochs)},
          {"objective", fmt::format("{} K={} β={} {}", b.objective == Objective::elbo ? "elbo" : "iwae", b.samples,
                                    b.beta, kKls[static_cast<int>(b.kl)])},
          {"optimiser",
           fmt::format("{} β1={} β2={} ε={}", kMethods[static_cast<int>(o.method)], o.beta1, o.beta2, o.epsilon)},
          {"seed", fmt::format("{}", settings_.seed)},
          {"shards", fmt::format("{}", settings_.trainer.shards)}};
}

namespace {

Shape shape_of(Index rows, Index cols) { return {rows, cols}; }

// Calls f(name, shape, span) for every tensor of numbers S in a checkpoint: parameters, and the optimiser's moments and
// bases.
template <Element S, class F>
void each_tensor(Parameters<S>& parameters, Optimiser<S>& optimiser, std::optional<Eigenbasis<S>>& eigenbasis, F f) {
  for (std::size_t i = 0; i < parameters.entries().size(); ++i) {
    const auto& entry = parameters.entries()[i];
    const auto part = [&](auto& buffer) {
      return std::span(buffer.data() + entry.offset, static_cast<std::size_t>(entry.rows * entry.cols));
    };
    f(entry.name, shape_of(entry.rows, entry.cols), part(parameters.values()));
    if (optimiser.m.size()) f("optimiser.m." + entry.name, shape_of(entry.rows, entry.cols), part(optimiser.m));
    if (optimiser.v.size()) f("optimiser.v." + entry.name, shape_of(entry.rows, entry.cols), part(optimiser.v));
  }
  if (!eigenbasis) return;
  for (auto& [slot, of_rows, C, Q] : eigenbasis->bases) {
    const std::string& name = parameters.entries()[slot.number].name;
    const auto all = [](Matrix<S>& x) { return std::span(x.data(), static_cast<std::size_t>(x.size())); };
    f("optimiser.covariance." + name, shape_of(C.rows(), C.cols()), all(C));
    f("optimiser.basis." + name, shape_of(Q.rows(), Q.cols()), all(Q));
  }
}

}  // namespace

template <Element S>
void VaeTrainer<S>::save(const std::string& path, const Matrix<double>& history) const {
  auto& self = const_cast<VaeTrainer&>(*this);
  std::vector<TensorView> tensors;
  each_tensor<S>(self.parameters_, self.trainer_.optimiser(), self.trainer_.eigenbasis(),
                 [&](const std::string& name, const Shape& shape, std::span<const S> span) {
                   tensors.push_back(view(name, shape, span));
                 });
  const double sums[] = {sums_.bound, sums_.rate, sums_.distortion, static_cast<double>(images_)};
  tensors.push_back(view("epoch.sums", {4}, std::span<const double>(sums)));
  if (const Matrix<S>& centre = vae_.centre();
      centre.size() > 0) {  // a function of the data here, but not to a reader
    tensors.push_back(view("encoder.centre", shape_of(1, centre.cols()),
                           std::span(centre.data(), static_cast<std::size_t>(centre.size()))));
  }
  tensors.push_back(view("history", shape_of(history.rows(), history.cols()),
                         std::span(history.data(), static_cast<std::size_t>(history.size()))));
  Metadata metadata = description();
  metadata["steps"] = std::to_string(steps_);
  save_safetensors(path, tensors, metadata);
}

template <Element S>
Matrix<double> VaeTrainer<S>::load(const std::string& path) {
  const Safetensors file(path);
  for (const auto& [key, expected] : description()) {
    if (const std::string& found = file.metadata(key); found != expected) {
      throw std::runtime_error(
          fmt::format("checkpoint {}: its {} is '{}', this run's is '{}'", path, key, found, expected));
    }
  }
  // Read everything into copies first: a file that fails halfway must leave this trainer as it was.
  Parameters<S> parameters = parameters_;
  auto moments = trainer_.optimiser();
  auto eigenbasis = trainer_.eigenbasis();
  each_tensor<S>(parameters, moments, eigenbasis,
                 [&](const std::string& name, const Shape& shape, auto span) { file.read(name, shape, span); });
  double sums[4];
  file.read("epoch.sums", {4}, std::span<double>(sums));
  const Shape shape = file.tensor("history").shape;
  if (shape.size() != 2) throw std::runtime_error(fmt::format("checkpoint {}: history is not a table", path));
  Matrix<double> history(shape[0], shape[1]);
  file.read("history", shape, std::span(history.data(), static_cast<std::size_t>(history.size())));
  const std::string& steps = file.metadata("steps");
  std::uint64_t step = 0;
  if (std::from_chars(steps.data(), steps.data() + steps.size(), step).ptr != steps.data() + steps.size()) {
    throw std::runtime_error(fmt::format("checkpoint {}: steps is '{}', expected a whole number", path, steps));
  }

  steps_ = step;
  parameters_.values() = parameters.values();
  trainer_.optimiser() = moments;
  trainer_.optimiser().steps = steps_;
  trainer_.eigenbasis() = eigenbasis;
  sums_ = {sums[0], sums[1], sums[2]};
  images_ = static_cast<int>(sums[3]);
  return history;
}

template class VaeTrainer<float>;
template class VaeTrainer<double>;

}  // namespace models
