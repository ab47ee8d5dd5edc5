// The library zitadel/oidc as an OpenID Provider on 127.0.0.1, with the login page and the storage of its own example.
//
//	zitadel-oidc SETTINGS
//
// SETTINGS is a JSON file with the address, the signature algorithm, the clients and the end users. A SIGHUP gives it a
// new key.
package main

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

type settings struct {
	Address   string   `json:"address"`
	Algorithm string   `json:"algorithm"`
	UsersFile string   `json:"users_file"`
	Groups    []string `json:"groups"`
	Clients   []struct {
		ID        string   `json:"id"`
		Secret    string   `json:"secret"`
		Redirects []string `json:"redirects"`
	} `json:"clients"`
}

func main() {
	settings, err := read(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	for _, client := range settings.Clients {
		if client.Secret == "" {
			storage.RegisterClients(storage.NativeClient(client.ID, client.Redirects...))
		} else {
			storage.RegisterClients(storage.WebClient(client.ID, client.Secret, client.Redirects...))
		}
	}
	users, err := storage.StoreFromFile(settings.UsersFile)
	if err != nil {
		log.Fatal(err)
	}
	provider := &provider{Storage: storage.NewStorage(users), settings: settings}
	provider.rotate()

	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	go func() {
		for range hangups {
			provider.rotate()
		}
	}()

	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	router := exampleop.SetupServer("http://"+settings.Address, provider, logger, false)
	log.Fatal(http.ListenAndServe(settings.Address, router))
}

func read(path string) (settings settings, err error) {
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, &settings)
	}
	return settings, err
}

// provider is the example's storage with other keys and one more claim.
type provider struct {
	*storage.Storage
	settings settings

	lock sync.Mutex
	key  key
}

func (p *provider) rotate() {
	signer, err := newSigner(p.settings.Algorithm)
	if err != nil {
		log.Fatal(err)
	}
	p.lock.Lock()
	defer p.lock.Unlock()
	p.key = key{id: rand.Text(), algorithm: jose.SignatureAlgorithm(p.settings.Algorithm), signer: signer}
	fmt.Fprintln(os.Stderr, "signs with", p.key.id)
}

func newSigner(algorithm string) (crypto.Signer, error) {
	switch algorithm {
	case "RS256":
		return rsa.GenerateKey(rand.Reader, 2048)
	case "ES256":
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "EdDSA":
		_, key, err := ed25519.GenerateKey(rand.Reader)
		return key, err
	}
	return nil, fmt.Errorf("no key for %q", algorithm)
}

func (p *provider) current() key {
	p.lock.Lock()
	defer p.lock.Unlock()
	return p.key
}

func (p *provider) SigningKey(context.Context) (op.SigningKey, error) {
	return signingKey{p.current()}, nil
}

func (p *provider) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{p.current().algorithm}, nil
}

func (p *provider) KeySet(context.Context) ([]op.Key, error) {
	return []op.Key{publicKey{p.current()}}, nil
}

// SetUserinfoFromToken adds the roles in ZITADEL's shape: an object of objects, whose names are the roles.
func (p *provider) SetUserinfoFromToken(ctx context.Context, userinfo *oidc.UserInfo, tokenID, subject, origin string) error {
	roles := map[string]map[string]string{}
	for _, group := range p.settings.Groups {
		roles[group] = map[string]string{"1": "organization.example"}
	}
	userinfo.AppendClaims("urn:zitadel:iam:org:project:roles", roles)
	return p.Storage.SetUserinfoFromToken(ctx, userinfo, tokenID, subject, origin)
}

type key struct {
	id        string
	algorithm jose.SignatureAlgorithm
	signer    crypto.Signer
}

func (k key) ID() string { return k.id }

type signingKey struct{ key }

func (k signingKey) SignatureAlgorithm() jose.SignatureAlgorithm { return k.algorithm }
func (k signingKey) Key() any                                    { return k.signer }

type publicKey struct{ key }

func (k publicKey) Algorithm() jose.SignatureAlgorithm { return k.algorithm }
func (k publicKey) Use() string                        { return "sig" }
func (k publicKey) Key() any                           { return k.signer.Public() }
