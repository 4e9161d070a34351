// The loops of InstrumentsBench, for client_golang, from Debian's package.
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

const turns = 20_000_000

func report(name string, value float64) { fmt.Printf("{\"name\": %q, \"value\": %v}\n", name, value) }

// Runs a loop on so many threads at once; nanoseconds per turn and thread.
func nanoseconds(threads, turns int, loop func(thread, turns int)) float64 {
	loop(0, turns/20)
	var ready, done sync.WaitGroup
	gate := make(chan struct{})
	for thread := 0; thread < threads; thread++ {
		ready.Add(1)
		done.Add(1)
		go func(thread int) {
			runtime.LockOSThread()
			ready.Done()
			<-gate
			loop(thread, turns)
			done.Done()
		}(thread)
	}
	ready.Wait()
	start := time.Now()
	close(gate)
	done.Wait()
	return float64(time.Since(start).Nanoseconds()) / float64(turns)
}

func residentBytes() float64 {
	text, _ := os.ReadFile("/proc/self/statm")
	var size, resident float64
	fmt.Sscan(string(text), &size, &resident)
	return resident * float64(os.Getpagesize())
}

// A response that keeps nothing.
type sink struct {
	header http.Header
	bytes  int
}

func (s *sink) Header() http.Header { return s.header }
func (s *sink) WriteHeader(int)     {}
func (s *sink) Write(part []byte) (int, error) {
	s.bytes += len(part)
	return len(part), nil
}

func scrape(registry *prometheus.Registry) (milliseconds float64, bytes int) {
	handler := promhttp.HandlerFor(registry, promhttp.HandlerOpts{DisableCompression: true})
	request, _ := http.NewRequest("GET", "/metrics", io.NopCloser(strings.NewReader("")))
	var times []float64
	for run := 0; run < 3; run++ {
		response := &sink{header: http.Header{}}
		start := time.Now()
		handler.ServeHTTP(response, request)
		times = append(times, float64(time.Since(start).Nanoseconds())/1e6)
		bytes = response.bytes
	}
	sort.Float64s(times)
	return times[0], bytes
}

type key struct{ first, second, third string }

func main() {
	wanted := map[string]bool{}
	for _, name := range os.Args[1:] {
		wanted[name] = true
	}
	wants := func(name string) bool { return len(wanted) == 0 || wanted[name] }
	bounds := []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}

	if wants("add") {
		var cell int64
		report("bare add, 1", nanoseconds(1, turns, func(_, turns int) {
			for turn := 0; turn < turns; turn++ {
				atomic.AddInt64(&cell, 1)
			}
		}))
	}
	if wants("counter") {
		counter := prometheus.NewCounter(prometheus.CounterOpts{Name: "held_total"})
		for threads := 1; threads <= 2; threads++ {
			report(fmt.Sprintf("counter, %d", threads), nanoseconds(threads, turns, func(_, turns int) {
				for turn := 0; turn < turns; turn++ {
					counter.Inc()
				}
			}))
		}
		fraction := prometheus.NewCounter(prometheus.CounterOpts{Name: "fraction_total"})
		for threads := 1; threads <= 2; threads++ {
			report(fmt.Sprintf("fraction, %d", threads), nanoseconds(threads, turns/2, func(_, turns int) {
				for turn := 0; turn < turns; turn++ {
					fraction.Add(0.25)
				}
			}))
		}
	}
	if wants("labels") {
		family := prometheus.NewCounterVec(
			prometheus.CounterOpts{Name: "labelled_total"}, []string{"method", "path", "status"})
		var keys []key
		for number := 0; number < 16; number++ {
			keys = append(keys, key{
				[]string{"GET", "POST"}[number%2],
				"/api/v1/" + []string{"orders", "customers"}[number/2%2] + "/{id}/items",
				fmt.Sprint(200 + number/4)})
		}
		for threads := 1; threads <= 2; threads++ {
			report(fmt.Sprintf("labels, %d", threads), nanoseconds(threads, turns/4, func(_, turns int) {
				for turn := 0; turn < turns; turn++ {
					key := &keys[turn&15]
					family.WithLabelValues(key.first, key.second, key.third).Inc()
				}
			}))
		}
	}
	if wants("histogram") {
		histogram := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "held_seconds", Buckets: bounds})
		native := prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "native_seconds", NativeHistogramBucketFactor: 1.1, NativeHistogramMaxBucketNumber: 160})
		values := make([]float64, 1024)
		for index := range values {
			values[index] = float64(index*7919%1024) / 1024 * 0.3
		}
		for threads := 1; threads <= 2; threads++ {
			report(fmt.Sprintf("histogram, %d", threads), nanoseconds(threads, turns/4, func(_, turns int) {
				for turn := 0; turn < turns; turn++ {
					histogram.Observe(values[turn&1023])
				}
			}))
			report(fmt.Sprintf("native histogram, %d", threads), nanoseconds(threads, turns/8, func(_, turns int) {
				for turn := 0; turn < turns; turn++ {
					native.Observe(values[turn&1023])
				}
			}))
		}
	}
	if wants("scrape") {
		keys := make([]key, 100_000)
		for number := range keys {
			keys[number] = key{
				"GET", fmt.Sprintf("/api/v1/resources/%d/items", number%5000), fmt.Sprintf("instance-%d", number/5000)}
		}
		runtime.GC()
		before := residentBytes()
		registry := prometheus.NewRegistry()
		family := prometheus.NewCounterVec(
			prometheus.CounterOpts{Name: "http_requests_total", Help: "Requests."}, []string{"method", "path", "instance"})
		registry.MustRegister(family)
		start := time.Now()
		for number, key := range keys {
			family.WithLabelValues(key.first, key.second, key.third).Add(float64(number * 7919 % 1_000_000))
			if number == 98_999 {
				start = time.Now()
			}
		}
		report("new series at 100000, 100k", float64(time.Since(start).Nanoseconds())/1000)
		report("bytes per counter, 100k", (residentBytes()-before)/float64(len(keys)))
		milliseconds, bytes := scrape(registry)
		report("scrape 100k, ms", milliseconds)
		report("scrape 100k, MB", float64(bytes)/1e6)

		registry = prometheus.NewRegistry()
		histograms := prometheus.NewHistogramVec(
			prometheus.HistogramOpts{Name: "http_request_duration_seconds", Help: "Durations.", Buckets: bounds},
			[]string{"path", "instance"})
		registry.MustRegister(histograms)
		for number := 0; number < 10_000; number++ {
			histogram := histograms.WithLabelValues(keys[number].second, keys[number*10].third)
			for turn := 0; turn < 20; turn++ {
				histogram.Observe(float64((number+turn*31)%100) / 100)
			}
		}
		milliseconds, _ = scrape(registry)
		report("scrape 10k histograms, ms", milliseconds)
	}
}
