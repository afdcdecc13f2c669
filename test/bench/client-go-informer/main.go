// A pod informer of client-go, as most operators have one, to measure ours against on the same server:
//
//	client-go-informer KUBECONFIG json|proto
//
// It drops managedFields before it stores an object, and prints its figures as one line of JSON.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"strconv"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

const protobuf = "application/vnd.kubernetes.protobuf"

type figures struct {
	SyncedMs float64 `json:"syncedMs"`
	Objects  int     `json:"objects"`
	PeakMB   float64 `json:"peakMB"`
}

func main() {
	config, err := clientcmd.BuildConfigFromFlags("", os.Args[1])
	must(err)
	config.ContentType, config.AcceptContentTypes = "application/json", "application/json"
	if os.Args[2] == "proto" {
		config.ContentType, config.AcceptContentTypes = protobuf, protobuf+",application/json"
	}
	client, err := kubernetes.NewForConfig(config)
	must(err)

	start := time.Now()
	factory := informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithTransform(stripped))
	informer := factory.Core().V1().Pods().Informer()
	ctx := context.Background()
	factory.Start(ctx.Done())
	cache.WaitForCacheSync(ctx.Done(), informer.HasSynced)
	took := time.Since(start)

	must(json.NewEncoder(os.Stdout).Encode(figures{
		SyncedMs: float64(took.Microseconds()) / 1000,
		Objects:  len(informer.GetStore().ListKeys()),
		PeakMB:   peakMB(),
	}))
}

func stripped(object any) (any, error) {
	if accessor, err := meta.Accessor(object); err == nil {
		accessor.SetManagedFields(nil)
	}
	return object, nil
}

// peakMB is the most memory that the process ever had resident: VmHWM, which is in KiB.
func peakMB() float64 {
	status, err := os.ReadFile("/proc/self/status")
	must(err)
	for _, line := range bytes.Split(status, []byte("\n")) {
		if field := bytes.Fields(line); len(field) > 1 && string(field[0]) == "VmHWM:" {
			kib, err := strconv.Atoi(string(field[1]))
			must(err)
			return float64(kib) * 1024 / 1e6
		}
	}
	return 0
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
