#include <bespoke/model_chain.hpp>

namespace bespoke {

ModelChain::ModelChain(std::vector<std::shared_ptr<LlmClient>> models) : models_(std::move(models)) {
  if (models_.empty()) throw Error(ErrorCode::invalid_argument, "a chain needs at least one model");
  for (const auto& model : models_) {
    if (model == nullptr || model->chain().size() != 1)
      throw Error(ErrorCode::invalid_argument, "a chain is made of single models");
  }
}

std::unique_ptr<LlmCall> ModelChain::start(const LlmRequest& request, std::shared_ptr<LlmSink> sink) {
  return models_.front()->start(request, std::move(sink));
}

std::string ModelChain::name() const {
  std::string names;
  for (const auto& model : models_) names += (names.empty() ? "" : ",") + model->name();
  return names;
}

std::vector<LlmClient*> ModelChain::chain() {
  std::vector<LlmClient*> models;
  models.reserve(models_.size());
  for (const auto& model : models_) models.push_back(model.get());
  return models;
}

}  // namespace bespoke
