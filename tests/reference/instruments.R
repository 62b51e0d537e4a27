# Two-stage least squares by hand in lm: deployment instrumented, effects as indicator columns.
# The sandwich takes residuals at the actual treatment and regressors at the fitted one.
source("record.R")
terms <- c("deployment", "control")

for (case in c("balanced", "unbalanced")) {
  data <- read_case(case)
  for (effects in list(character(0), c("mission", "year"))) {
    first <- lm(reformulate(c("instrument", "control", effects), "deployment"), data)
    data$fitted <- fitted(first)
    second <- lm(reformulate(c("fitted", "control", effects), "violence"), data)
    beta <- coef(second)
    actual <- model.matrix(reformulate(c("deployment", "control", effects)), data)
    X <- model.matrix(second)
    residual <- data$violence - drop(actual %*% beta)
    bread <- solve(crossprod(X))
    covariance <- bread %*% cross_scores(X * residual, data$host) %*% bread
    names(beta)[names(beta) == "fitted"] <- "deployment"
    dimnames(covariance) <- list(names(beta), names(beta))
    label <- paste(paste(c("iv", effects), collapse = ", "), case, sep = " | ")
    record_model(label, beta, covariance, terms)
    # Robust F of the one instrument in the first stage, clustered by host, without a factor.
    Z <- model.matrix(first)
    inverse <- solve(crossprod(Z))
    spread <- inverse %*% cross_scores(Z * resid(first), data$host) %*% inverse
    strength <- coef(first)["instrument"]^2 / spread["instrument", "instrument"]
    record(label, "first-stage F", "", unname(strength))
  }
}
write_rows("stats")
