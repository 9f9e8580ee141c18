package client

import (
	"crypto/tls"
	"net/http"
)

func New() *http.Client {
	config := &tls.Config{InsecureSkipVerify: true}
	return &http.Client{Transport: &http.Transport{TLSClientConfig: config}}
}
