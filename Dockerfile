# nabra with the extra dask: the same image for the run, a Dask scheduler and its workers (docs/operations.md).
#   docker build -t nabra .
#   docker run nabra dask worker tcp://scheduler:8786 --nthreads 1 --memory-limit 0
FROM python:3.12-slim

# An index with builds of torch for CPUs saves gigabytes: --build-arg PIP_EXTRA_INDEX_URL=…
ARG PIP_EXTRA_INDEX_URL

WORKDIR /opt/nabra
COPY pyproject.toml README.md LICENSE ./
COPY config ./config
COPY flows ./flows
COPY models ./models
COPY tasks ./tasks
RUN pip install --no-cache-dir ".[dask]"

RUN useradd --create-home nabra
USER nabra
WORKDIR /home/nabra
CMD ["nabra", "--help"]
