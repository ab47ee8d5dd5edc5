Ext.define('Frame', {
    getOpenIDRedirectionAuthorization: function () {
        const auth = Ext.Object.fromQueryString(window.location.search);
        if (auth.state !== undefined && auth.code !== undefined) {
            return auth;
        }
//@ redirection
        return undefined;
    },
});
