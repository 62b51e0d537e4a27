# What every script here shares: it reads data/<case>.csv and writes rows of case, quantity, term,
# value to standard output. Run in this folder: Rscript linear.R > linear.csv
rows <- list()

read_case <- function(case) {
  data <- read.csv(file.path("data", paste0(case, ".csv")), stringsAsFactors = FALSE)
  for (name in intersect(c("mission", "host", "year"), names(data))) {
    data[[name]] <- factor(data[[name]])
  }
  data
}

record <- function(case, quantity, term, value) {
  value <- if (is.numeric(value)) sprintf("%.16g", value) else as.character(value)
  rows[[length(rows) + 1]] <<- data.frame(case = case, quantity = quantity, term = term,
                                          value = value)
}

# Coefficients and the upper triangle of their covariance, for the named terms.
record_model <- function(case, coefficients, covariance, terms) {
  for (i in seq_along(terms)) {
    record(case, "coefficient", terms[i], unname(coefficients[terms[i]]))
    for (j in i:length(terms)) {
      record(case, "covariance", paste(terms[i], terms[j]), covariance[terms[i], terms[j]])
    }
  }
}

# Keep the rows of every level that holds an event (and, for indicators, also a row without one):
# the others have no finite effect. Repeated until nothing is left to drop.
drop_uninformative <- function(data, outcome, effects, binary = FALSE) {
  repeat {
    kept <- rep(TRUE, nrow(data))
    for (effect in effects) {
      share <- ave(data[[outcome]], data[[effect]])
      kept <- kept & share > 0 & !(binary & share == 1)
    }
    if (all(kept)) break
    data <- data[kept, ]
  }
  for (effect in effects) data[[effect]] <- droplevels(data[[effect]])
  data
}

# Sum of the scores by cluster, crossed: the meat of the sandwich, without any factor.
cross_scores <- function(scores, cluster) crossprod(rowsum(scores, as.character(cluster)))

write_rows <- function(packages) {
  record("versions", "R", "", paste(R.version$major, R.version$minor, sep = "."))
  for (package in packages) record("versions", package, "", as.character(packageVersion(package)))
  write.csv(do.call(rbind, rows), stdout(), row.names = FALSE)
}
