package connect

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"

	"go.temporal.io/sdk/client"
)

// WebURLVariable is the environment variable that names the Web UI's base URL where
// it cannot be derived from the server's address.
const WebURLVariable = "TEMPORAL_UI_URL"

// devServerPortOffset is the distance that `temporal server start-dev` keeps between
// the port of its service and the port of its Web UI.
const devServerPortOffset = 1000

// WebUI is where the workflows of one namespace can be looked at.
type WebUI struct {
	// BaseURL is "" where it is not known.
	BaseURL   string
	Namespace string
}

// WebUIOf returns the Web UI that shows the workflows of the server that options
// name: at what TEMPORAL_UI_URL says, at Temporal Cloud's for an address there, and
// for a server on this machine at the port where a dev server puts its own. For any
// other server it can be anywhere, and is not known.
func WebUIOf(options client.Options) WebUI {
	return WebUI{BaseURL: baseURL(options.HostPort), Namespace: options.Namespace}
}

// HistoryURL returns the page on one run's history, or "" where it is not known.
func (w WebUI) HistoryURL(workflowID, runID string) string {
	if w.BaseURL == "" {
		return ""
	}
	return fmt.Sprintf("%s/namespaces/%s/workflows/%s/%s/history",
		w.BaseURL, url.PathEscape(w.Namespace), url.PathEscape(workflowID), url.PathEscape(runID))
}

func baseURL(address string) string {
	if configured := os.Getenv(WebURLVariable); configured != "" {
		return strings.TrimSuffix(configured, "/")
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return ""
	}
	if strings.HasSuffix(host, ".tmprl.cloud") || strings.HasSuffix(host, ".api.temporal.io") {
		return "https://cloud.temporal.io"
	}
	number, err := strconv.Atoi(port)
	if err != nil || !isThisMachine(host) {
		return ""
	}
	return "http://" + net.JoinHostPort(host, strconv.Itoa(number+devServerPortOffset))
}

func isThisMachine(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}
