# Linear models: plm (pooled, within, random effects, first differences) with the sandwich
# clustered by unit, and lm with indicator columns with the sandwich clustered by host.
suppressMessages({library(plm); library(sandwich)})
source("record.R")
terms <- c("robustness", "control")

for (case in c("balanced", "unbalanced")) {
  data <- read_case(case)
  panel <- pdata.frame(data, index = c("mission", "period"))
  right <- violence ~ robustness + control
  models <- list(
    "pooled" = plm(right, panel, model = "pooling"),
    "within unit" = plm(right, panel, model = "within", effect = "individual"),
    "within time" = plm(right, panel, model = "within", effect = "time"),
    "within two-way" = plm(right, panel, model = "within", effect = "twoways"),
    "random" = plm(right, panel, model = "random", random.method = "swar"),
    "first difference" = plm(update(right, . ~ . + 0), panel, model = "fd")
  )
  for (name in names(models)) {
    covariance <- vcovHC(models[[name]], method = "arellano", type = "HC0", cluster = "group")
    record_model(paste(name, case, sep = " | "), coef(models[[name]]), covariance, terms)
  }
  # Random effects by hand, with the variance of the units from plain unit means and the harmonic
  # mean of the lives, where plm weights the means by their rows (Baltagi and Chang 1994): the two
  # agree on balanced panels alone.
  lives <- table(data$mission)
  means <- aggregate(cbind(violence, robustness, control) ~ mission, data, mean)
  between <- lm(violence ~ robustness + control, means)
  inside <- lm(violence ~ robustness + control + mission, data)
  row_variance <- sum(resid(inside)^2) / df.residual(inside)
  mean_variance <- sum(resid(between)^2) / df.residual(between)
  unit_variance <- max(0, mean_variance - row_variance / (length(lives) / sum(1 / lives)))
  theta <- 1 - sqrt(row_variance / (row_variance + as.numeric(lives[data$mission]) * unit_variance))
  shrink <- function(x) x - theta * ave(x, data$mission)
  X <- cbind(robustness = shrink(data$robustness), control = shrink(data$control),
             constant = shrink(rep(1, nrow(data))))
  beta <- solve(crossprod(X), crossprod(X, shrink(data$violence)))[, 1]
  residual <- shrink(data$violence) - drop(X %*% beta)
  bread <- solve(crossprod(X))
  covariance <- bread %*% cross_scores(X * residual, data$mission) %*% bread
  record_model(paste("random, harmonic mean", case, sep = " | "), beta, covariance, terms)

  dummies <- list(
    "pooled, host" = right,
    "within unit and year, host" = update(right, . ~ . + mission + year),
    "within two-way, host" = update(right, . ~ . + mission + factor(period))
  )
  for (name in names(dummies)) {
    model <- lm(dummies[[name]], data)
    covariance <- vcovCL(model, data$host, type = "HC0", cadjust = FALSE)
    record_model(paste(name, case, sep = " | "), coef(model), covariance, terms)
  }
}
write_rows(c("plm", "sandwich"))
