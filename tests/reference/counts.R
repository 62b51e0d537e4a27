# Count models: glm with indicator columns and offset (FE-Poisson), MASS::glm.nb. The sandwich of
# the negative binomial is of its scores and observed information for effects and dispersion
# together, written out here because sandwich() holds the dispersion fixed.
suppressMessages({library(MASS); library(sandwich)})
source("record.R")
terms <- c("robustness", "control")
tight <- glm.control(epsilon = 1e-14, maxit = 200)

for (case in c("balanced", "unbalanced", "exposure", "separated")) {
  data <- read_case(case)
  right <- deaths ~ robustness + control + mission + year
  used <- drop_uninformative(data, "deaths", c("mission", "year"))
  record(paste("poisson", case, sep = " | "), "rows", "", nrow(used))
  plain <- glm(right, poisson, used, control = tight)
  exposed <- glm(right, poisson, used, offset = log(personnel), control = tight)
  free <- glm(update(right, . ~ . + log(personnel)), poisson, used, control = tight)
  for (name in c("plain", "exposed", "free")) {
    model <- get(name)
    covariance <- vcovCL(model, used$host, type = "HC0", cadjust = FALSE)
    kept <- if (name == "free") c(terms, "log(personnel)") else terms
    label <- paste(paste0("poisson, ", name), case, sep = " | ")
    record_model(label, coef(model), covariance, kept)
    record(label, "deviance", "", deviance(model))
    record(label, "log likelihood", "", as.numeric(logLik(model)))
  }
}

for (case in c("balanced", "unbalanced", "exposure")) {
  data <- drop_uninformative(read_case(case), "overdispersed", "year")
  model <- glm.nb(overdispersed ~ robustness + control + year + offset(log(personnel)), data,
                  control = glm.control(epsilon = 1e-14, maxit = 500), init.theta = 1)
  X <- model.matrix(model)
  y <- data$overdispersed
  # Newton steps on effects and dispersion together, until the score is zero to rounding.
  beta <- coef(model)
  theta <- model$theta
  for (step in 1:50) {
    mu <- exp(drop(X %*% beta) + log(data$personnel))
    slope <- (y - mu) * theta / (theta + mu)
    by_theta <- digamma(y + theta) - digamma(theta) + log(theta) + 1 - log(theta + mu) -
      (y + theta) / (theta + mu)
    bend <- -mu * theta * (theta + y) / (theta + mu)^2
    bend_theta <- trigamma(y + theta) - trigamma(theta) + 1 / theta - 2 / (theta + mu) +
      (y + theta) / (theta + mu)^2
    cross <- drop(crossprod(X, (y - mu) * mu / (theta + mu)^2))
    information <- -rbind(cbind(crossprod(X, bend * X), cross), c(cross, sum(bend_theta)))
    change <- solve(information, c(drop(crossprod(X, slope)), sum(by_theta)))
    beta <- beta + change[seq_along(beta)]
    theta <- theta + change[length(change)]
    if (max(abs(change)) < 1e-13) break
  }
  scores <- cbind(slope * X, by_theta)
  covariance <- solve(information) %*% cross_scores(scores, data$host) %*% solve(information)
  dimnames(covariance) <- list(c(colnames(X), "theta"), c(colnames(X), "theta"))
  label <- paste("negative binomial", case, sep = " | ")
  record_model(label, beta, covariance, terms)
  record(label, "dispersion", "", 1 / theta)
  record(label, "log likelihood", "", as.numeric(logLik(model)))
  record(label, "rows", "", nrow(data))
}
write_rows(c("MASS", "sandwich"))
