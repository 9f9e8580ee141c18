package client

import (
	"crypto/tls"
	"net/http"
)

func New() *http.Client {
	config := &tls.Config{InsecureSkipVerify: false}
	return &http.Client{Transport: &http.Transport{TLSClientConfig: config}}
}
